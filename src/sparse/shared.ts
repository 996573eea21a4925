type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array;
type Make<T> = new (buffer: SharedArrayBuffer) => T;

/** Whether threads can read an array without being sent a copy. */
export const isShared = ({ buffer }: Numbers): boolean => buffer instanceof SharedArrayBuffer;

/** Room for so many numbers in memory that threads share. */
export const sharedU32 = (length: number) => new Uint32Array(new SharedArrayBuffer(4 * length));
export const sharedF32 = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));

/** The same numbers in memory that threads share: a copy, unless they are there already. */
export function shared<T extends Numbers>(array: T): T {
  if (isShared(array)) return array;
  const copy = new (array.constructor as Make<T>)(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

/** The memory that a message with these arrays moves to another thread; what threads share stays where it is. */
export const movedWith = (arrays: readonly Numbers[]): ArrayBuffer[] =>
  arrays.filter((array) => !isShared(array)).map(({ buffer }) => buffer as ArrayBuffer);
