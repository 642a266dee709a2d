/** English sentences of at most ten words about a product, joined to descriptions of 30 to 60 words. */
import { at, type Random, zipf } from './random.ts';
import * as vocabulary from './vocabulary.ts';

const pickAdjective = zipf(vocabulary.adjectives, 1);
const pickMaterial = zipf(vocabulary.materials, 1);
const pickBenefit = zipf(vocabulary.benefits, 1);
const pickPlace = zipf(vocabulary.places, 1);
const pickNoun = zipf(vocabulary.nouns, 0.8);

/** What the sentences speak of. */
export interface Subject {
  noun: string;
  series: string;
  vendor: string;
}

type Sentence = (subject: Subject, random: Random) => string;

const sentences: Sentence[] = [
  ({ noun, vendor }, random) => `This ${noun} by ${vendor} is made of ${pickMaterial(random)}.`,
  (_, random) => `A ${pickBenefit(random)} companion for your ${pickPlace(random)} and beyond.`,
  ({ series }, random) =>
    `The ${series} series stands for ${pickBenefit(random)} design since ${random.integer(1900, 2019)}.`,
  (_, random) => `Its ${pickAdjective(random)} surface is easy to clean.`,
  ({ noun }, random) => `Every ${noun} is checked by hand for ${pickBenefit(random)} quality.`,
  (_, random) =>
    `Goes well with a ${pickAdjective(random)} ${pickNoun(random)} or a ${pickMaterial(random)} ${pickNoun(random)}.`,
  (_, random) => `Details of ${pickMaterial(random)} give it a ${pickAdjective(random)} look.`,
  ({ vendor }, random) => `${vendor} gives a warranty of ${random.integer(1, 10)} years.`,
  (_, random) => `The ${pickAdjective(random)} shape saves space in any ${pickPlace(random)}.`,
  ({ noun }, random) => `Choose the ${noun} that fits your ${pickPlace(random)} best.`,
  (_, random) => `Delivered in ${pickBenefit(random)} packaging without any plastic.`,
  ({ series }, random) => `Part of the ${pickAdjective(random)} ${series} line, sold separately.`,
  (_, random) => `Loved for its ${pickBenefit(random)} feel and ${pickAdjective(random)} finish.`,
  ({ noun }, random) => `Wipe the ${noun} with a ${pickAdjective(random)} cloth.`,
  (_, random) => `Inspired by a ${pickAdjective(random)} ${pickNoun(random)} from the ${pickPlace(random)}.`,
];

/** Two paragraphs of HTML, 30 to 60 words together. */
export function describe(subject: Subject, random: Random): string {
  const wanted = random.integer(30, 50);
  const chosen: string[] = [];
  let written = 0;
  for (let index = random.integer(0, sentences.length - 1); written < wanted; index++) {
    const sentence = at(sentences, index % sentences.length)(subject, random);
    chosen.push(sentence);
    written += sentence.split(' ').length;
  }
  const half = chosen.length >> 1;
  return `<p>${chosen.slice(0, half).join(' ')}</p><p>${chosen.slice(half).join(' ')}</p>`;
}

/** One sentence. */
export function summarize(subject: Subject, random: Random): string {
  return random.pick(sentences)(subject, random);
}

/** The product's name: adjective, material, noun, series, and for every second one a number. */
export function nameOf({ noun, series }: Subject, random: Random): string {
  const material = random.chance(0.7) ? ` ${capitalized(pickMaterial(random))}` : '';
  const number = random.chance(0.5) ? ` ${random.integer(1, 999)}` : '';
  return `${capitalized(pickAdjective(random))}${material} ${capitalized(noun)} ${series}${number}`;
}

export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
