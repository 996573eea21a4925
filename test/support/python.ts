import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A Python with these modules, if there is one: the one named, that of .venv, or the system's. */
export function pythonWith(...modules: string[]): string | undefined {
  const venv = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
  return [process.env.MAAS_PYTHON, venv, 'python3'].find((path) => {
    if (path === undefined || (path.includes('/') && !existsSync(path))) return false;
    try {
      execFileSync(path, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}
