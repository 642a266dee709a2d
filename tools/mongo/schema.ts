import { fieldsIn, integerIn, textIn } from './arguments.ts';
import { CommandError } from './errors.ts';
import { bsonType, type Fields, fieldOf, isFields, isNumber, keyOf } from './values.ts';

/** Why a value does not satisfy a schema, or null. */
type Rule = (value: unknown) => string | null;

const TYPES = 'null bool string date array object int long double decimal objectId binData'.split(' ');
const NUMBERS = ['int', 'long', 'double', 'decimal'];

/** Compiles a collection's `validator`: a `$jsonSchema` and nothing else; unknown keywords are refused. */
export function validatorOf(validator: Fields): Rule {
  const names = Object.keys(validator);
  if (names.length === 0) return () => null;
  if (names.length === 1 && names[0] === '$jsonSchema') return schemaRule(validator['$jsonSchema']);
  throw new CommandError('FailedToParse', 'a validator supports only $jsonSchema');
}

function schemaRule(schema: unknown): Rule {
  const keywords = fieldsIn(schema, '$jsonSchema');
  const rules = Object.entries(keywords).map(([keyword, operand]) => keywordRule(keyword, operand, keywords));
  return (value) => rules.map((rule) => rule(value)).find((problem) => problem !== null) ?? null;
}

function keywordRule(keyword: string, operand: unknown, schema: Fields): Rule {
  switch (keyword) {
    case 'title':
    case 'description':
      return () => null;
    case 'bsonType':
      return typeRule(operand);
    case 'enum':
      return enumRule(operand);
    case 'required':
      return requiredRule(operand);
    case 'properties':
      return propertiesRule(fieldsIn(operand, keyword));
    case 'additionalProperties':
      return additionalRule(operand, Object.keys(fieldsIn(schema['properties'] ?? {}, 'properties')));
    case 'items':
      return itemsRule(schemaRule(operand));
    case 'minimum':
    case 'maximum':
      return boundRule(keyword, operand);
    case 'maxItems':
      return maxItemsRule(integerIn(operand, keyword));
    case 'pattern':
      return patternRule(new RegExp(textIn(operand, keyword), 'u'));
    default:
      throw new CommandError('FailedToParse', `Unknown $jsonSchema keyword: ${keyword}`);
  }
}

function typeRule(operand: unknown): Rule {
  const listed: unknown[] = Array.isArray(operand) ? operand : [operand];
  const allowed = listed.flatMap((type) => (type === 'number' ? NUMBERS : [textIn(type, 'bsonType')]));
  const unknown = allowed.find((type) => !TYPES.includes(type));
  if (unknown !== undefined) throw new CommandError('BadValue', `Unknown type name alias: ${unknown}`);
  return (value) => (allowed.includes(bsonType(value)) ? null : `is ${bsonType(value)}, not ${allowed.join(' or ')}`);
}

function enumRule(operand: unknown): Rule {
  if (!Array.isArray(operand)) throw new CommandError('TypeMismatch', "'enum' must be an array");
  const keys = operand.map(keyOf);
  return (value) => (keys.includes(keyOf(value)) ? null : 'is none of the enumerated values');
}

function requiredRule(operand: unknown): Rule {
  const names = Array.isArray(operand) ? operand.map((name) => textIn(name, 'required')) : [];
  if (names.length === 0) throw new CommandError('FailedToParse', "'required' must be a non-empty array of names");
  return (value) => {
    const missing = isFields(value) ? names.find((name) => !Object.hasOwn(value, name)) : undefined;
    return missing === undefined ? null : `lacks '${missing}'`;
  };
}

function propertiesRule(properties: Fields): Rule {
  const rules = Object.entries(properties).map(([name, schema]) => ({ name, rule: schemaRule(schema) }));
  return (value) => {
    if (!isFields(value)) return null;
    for (const { name, rule } of rules) {
      const problem = Object.hasOwn(value, name) ? rule(fieldOf(value, name)) : null;
      if (problem !== null) return `'${name}' ${problem}`;
    }
    return null;
  };
}

function additionalRule(operand: unknown, known: string[]): Rule {
  if (typeof operand !== 'boolean') throw new CommandError('FailedToParse', "'additionalProperties' must be a boolean");
  return (value) => {
    const other = isFields(value) && !operand ? Object.keys(value).find((name) => !known.includes(name)) : undefined;
    return other === undefined ? null : `has the additional field '${other}'`;
  };
}

function itemsRule(rule: Rule): Rule {
  return (value) => (Array.isArray(value) ? (value.map(rule).find((problem) => problem !== null) ?? null) : null);
}

function boundRule(keyword: 'minimum' | 'maximum', operand: unknown): Rule {
  if (!isNumber(operand)) throw new CommandError('TypeMismatch', `'${keyword}' must be a number`);
  const bound = keyOf(operand);
  return (value) => {
    if (!isNumber(value)) return null;
    const key = keyOf(value);
    return (keyword === 'minimum' ? key >= bound : key <= bound) ? null : `is beyond the ${keyword}`;
  };
}

function maxItemsRule(maximum: number): Rule {
  return (value) => (Array.isArray(value) && value.length > maximum ? `has more than ${maximum} items` : null);
}

function patternRule(pattern: RegExp): Rule {
  return (value) => (typeof value === 'string' && !pattern.test(value) ? 'does not match the pattern' : null);
}
