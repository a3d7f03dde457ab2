/**
 * What the arguments of a call may be. They are looked at before the engine gets them: its readers say where a value
 * stopped them, not what the caller should have given.
 */

import { usageError } from "../errors.js";

/** @typedef {{ is: (value: unknown) => boolean, words: string }} Shape */

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === "string";
const isTexts = (value) => Array.isArray(value) && value.every(isText);

const areContents = (value) =>
  isObject(value) && Object.values(value).every((content) => content instanceof Uint8Array);

/** @type {Shape} */
export const TEXT = { is: isText, words: "a text" };
/** @type {Shape} */
export const FLAG = { is: (value) => typeof value === "boolean", words: "true or false" };
/** @type {Shape} */
export const TEXTS = { is: isTexts, words: "a list of texts" };
/** @type {Shape} */
export const PAIRS = {
  is: (value) => Array.isArray(value) && value.every((pair) => isTexts(pair) && pair.length === 2),
  words: "a list of pairs of texts",
};
/** @type {Shape} */
export const TEXTS_BY_NAME = {
  is: (value) => isObject(value) && Object.values(value).every(isText),
  words: "an object whose values are texts",
};
/** @type {Shape} */
export const FILES = {
  is: (value) => isObject(value) && Object.values(value).every(TEXTS_BY_NAME.is),
  words: "an object whose values are objects of texts",
};
/** @type {Shape} */
export const OUTPUTS = {
  is: (value) => isObject(value) && Object.values(value).every(isObject),
  words: "an object whose values are objects",
};
/** @type {Shape} */
export const MILLISECONDS = {
  is: (value) => typeof value === "number" && Number.isFinite(value) && value > 0,
  words: "a number of milliseconds above 0",
};
/** @type {Shape} */
export const SHARE = {
  is: (value) => typeof value === "number" && value >= 0 && value <= 100,
  words: "a number from 0 to 100",
};
/** @type {Shape} */
export const COUNT = { is: (value) => Number.isSafeInteger(value) && value >= 0, words: "a whole number from 0 on" };
/** @type {Shape} */
export const BYTES = {
  is: (value) =>
    value instanceof Uint8Array || (Number.isSafeInteger(value?.size) && typeof value.stream === "function"),
  words: "a Uint8Array or a Blob",
};
/** @type {Shape} */
export const FILES_AS_BYTES = { is: areContents, words: "an object whose values are Uint8Arrays" };
/** @type {Shape} */
export const CONTENTS = {
  is: (value) => isObject(value) && Object.values(value).every(areContents),
  words: "an object whose values are objects of Uint8Arrays",
};
/** @type {Shape} */
export const CALLABLE = { is: (value) => typeof value === "function", words: "a function" };
/** @type {Shape} */
export const SIGNAL = {
  is: (value) => typeof value?.aborted === "boolean" && typeof value.addEventListener === "function",
  words: "an AbortSignal",
};

/**
 * @param {string} name as the caller knows it; the value itself is never quoted
 * @param {unknown} value
 * @param {Shape} shape
 * @throws {import("../errors.js").DeployError} 64
 */
export function require(name, value, { is, words }) {
  if (!is(value)) throw usageError(`\`${name}\` has to be ${words}`);
}
