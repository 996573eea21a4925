import { MaasError } from '../errors.js';

/** Throws `usage` for a name that could leave the store or read as a reference to a version. */
export function checkName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(name)) {
    throw new MaasError('usage', `"${name}" cannot name a model, expected letters, digits, ".", "_" and "-"`);
  }
}

/** `name@version` in its two parts; what stands behind the first `@` names a version. */
export function splitReference(reference: string): [name: string, version: string | undefined] {
  const at = reference.indexOf('@');
  return at < 0 ? [reference, undefined] : [reference.slice(0, at), reference.slice(at + 1)];
}
