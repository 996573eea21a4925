// What a bundle is made of: packages with their versions and licences, as CycloneDX and as text.
import { readdir, readFile } from 'node:fs/promises';

const json = async (path) => JSON.parse(await readFile(path, 'utf8'));

/** The packages that the inputs of a bundle came from, sorted, as package-lock.json knows them; and maas's own. */
export async function bundledPackages(inputs) {
  const folders = inputs
    .flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [])
    .filter((f) => f?.includes('node_modules/'));
  const lock = (await json('package-lock.json')).packages;
  const packages = [];
  for (const folder of [...new Set(folders)].sort()) {
    const { name, version, license } = await json(`${folder}/package.json`);
    // the same version may stand in several places
    if (packages.some((found) => found.name === name && found.version === version)) continue;
    packages.push({ folder, name, version, license, integrity: lock[folder]?.integrity });
  }
  return { packages, maas: await json('package.json') };
}

const purl = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** Base64 of package-lock.json as the hexadecimal that CycloneDX takes. */
const hashes = (integrity) => {
  const [, digest] = /^sha512-(\S+)/.exec(integrity ?? '') ?? [];
  return digest ? [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] : [];
};

const component = (found, type) => ({
  type,
  'bom-ref': purl(found),
  name: found.name,
  version: found.version,
  licenses: [{ license: { id: found.license } }],
  purl: purl(found),
  ...(found.integrity && { hashes: hashes(found.integrity) }),
});

/** A bill of materials in the form of CycloneDX 1.6: the same for the same packages. */
export const billOfMaterials = (maas, packages) => ({
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: component(maas, 'application') },
  components: packages.map((found) => component(found, 'library')),
  dependencies: [{ ref: purl(maas), dependsOn: packages.map(purl) }],
});

/** The licences of the packages, as they come with them. */
export async function licensesOf(packages) {
  const texts = [];
  for (const { folder, name, version, license } of packages) {
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
    const found = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, 'utf8')));
    texts.push(`${name} ${version} (${license})\n\n${found.map((text) => text.trim()).join('\n\n')}`.trim());
  }
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
