/** Codes that clients of the protocol act upon, by the name the protocol gives them. */
const ERROR_CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  NamespaceExists: 48,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  DocumentValidationFailure: 121,
  CannotIndexParallelArrays: 171,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
} as const;

type ErrorName = keyof typeof ERROR_CODES;

/** A refusal that is answered to the client; `details` are further fields of the error document. */
export class CommandError extends Error {
  readonly code: number;
  readonly codeName: ErrorName;
  readonly details: Record<string, unknown>;

  constructor(codeName: ErrorName, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = 'CommandError';
    this.code = ERROR_CODES[codeName];
    this.codeName = codeName;
    this.details = details;
  }
}
