import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/** Who changes the store, and when: the user that git knows here, else the system's. */
export async function whoAndWhen(): Promise<{ by: string; at: string }> {
  const asked = (key: string) =>
    promisify(execFile)('git', ['config', key], { timeout: 5000 })
      .then(({ stdout }) => stdout.trim())
      .catch(() => '');
  const [name, email] = await Promise.all([asked('user.name'), asked('user.email')]);
  const ofGit = [name, email && `<${email}>`].filter(Boolean).join(' ');
  return { by: ofGit || systemUser(), at: new Date().toISOString() };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // a container may run as a user that the system has no name for
    return 'unknown';
  }
}
