/** What the written workflows are about. */
export interface WorkflowFacts {
  /** Name of the model. */
  name: string;
  /** Files whose content decides what a dataset holds, the config file among them. */
  files: readonly string[];
  /** Whether npm can install what package.json names, and keep it. */
  lockfile: boolean;
}

/** How far below the champion a new version may be and take its place. */
const GATE = 'f1_macro >= champion - 0.01';

/** In every file that is written. */
export const SIGNATURE = 'Written by `maas init`';

const about = `Retrains the model every night, and lets the new version become the champion if it is as good on the same test
# rows. The first night there is no champion, and nothing to be held to. Settings are in maas.config.yaml.
# ${SIGNATURE}; yours to change.`;

const ofGates = `with some thousand test rows, "${GATE} @95%" is a stricter gate: the difference itself must hold`;

/** A text for a shell, whatever it holds. */
const shell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A workflow of GitHub Actions. */
export function githubWorkflow({ name, files, lockfile }: WorkflowFacts): string {
  const hashed = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
  return `# ${about}
name: maas

on:
  schedule:
    - cron: '17 3 * * *' # UTC
  workflow_dispatch:

permissions:
  contents: read

# a night begins where the one before has ended
concurrency:
  group: maas
  cancel-in-progress: false

jobs:
  retrain:
    runs-on: ubuntu-latest
    timeout-minutes: 120
    steps:
      - uses: actions/checkout@v4

      - uses: actions/setup-node@v4
        with:
          node-version: 22${lockfile ? '\n          cache: npm' : ''}

      # package.json names maas, unless the machine has it
      - name: Install maas
        run: command -v maas || { npm ci && echo "$PWD/node_modules/.bin" >> "$GITHUB_PATH"; }

      # GitHub forgets what no run has asked for in a week
      - name: Versions so far, with their champion
        uses: actions/cache/restore@v4
        with:
          path: artifacts/models
          key: maas-models-\${{ github.run_id }}-\${{ github.run_attempt }}
          restore-keys: maas-models-

      - name: Dataset, if its files are the same as before
        id: dataset
        uses: actions/cache@v4
        with:
          path: artifacts/datasets
          key: ${JSON.stringify(`maas-dataset-\${{ hashFiles(${hashed}) }}`)}

      - name: Read and vectorize
        if: steps.dataset.outputs.cache-hit != 'true'
        run: maas preprocess

      # ${ofGates}
      - name: Train, and promote what is as good as the champion
        id: train
        run: >-
          maas train artifacts/datasets/${name} --gate "${GATE}" --promote champion
          --junit report/junit.xml --openmetrics report/metrics.txt

      - name: Report
        if: \${{ !cancelled() && steps.train.outputs.version }}
        env:
          VERSION: \${{ steps.train.outputs.path }}
        run: maas evaluate "$VERSION" --ci none -o report/evaluation --json > report/evaluation.json

      - name: Keep the report
        if: \${{ !cancelled() }}
        uses: actions/upload-artifact@v4
        with:
          name: maas-report
          path: report
          if-no-files-found: ignore

      # those that miss a gate, too: no number is given twice
      - name: Keep the versions
        if: \${{ !cancelled() }}
        uses: actions/cache/save@v4
        with:
          path: artifacts/models
          key: maas-models-\${{ github.run_id }}-\${{ github.run_attempt }}
`;
}

/** A job of GitLab. */
export function gitlabJob({ name, files }: WorkflowFacts): string {
  return `# ${about}
# Under Build > Pipeline schedules stands when: "17 3 * * *" for every night.
maas:
  image: node:22
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - if: $CI_PIPELINE_SOURCE == "web"
  # a night begins where the one before has ended
  resource_group: maas
  timeout: 2h
  cache:
    # versions so far, with their champion; those that miss a gate, too: no number is given twice
    - key: maas-models
      paths: [artifacts/models/]
      when: always
    - key: maas-datasets
      paths: [artifacts/datasets/]
  script:
    # package.json names maas, unless the machine has it
    - command -v maas || { npm ci; export PATH="$PWD/node_modules/.bin:$PATH"; }
    # a dataset is known by its files, and those of before go
    - digest=$(cat ${files.map(shell).join(' ')} | sha256sum | cut -c1-16)
    - dataset=artifacts/datasets/$digest
    - |
      if [ ! -e "$dataset/manifest.json" ]; then
        rm -rf artifacts/datasets
        maas preprocess -o "$dataset"
      fi
    # ${ofGates}
    - |
      status=0
      maas train "$dataset" --gate "${GATE}" --promote champion --junit report/junit.xml || status=$?
      if [ "$status" = 0 ] || [ "$status" = 4 ]; then
        maas evaluate ${name} --ci none -o report/evaluation --json > report/evaluation.json
      fi
      exit "$status"
  artifacts:
    when: always
    paths: [report/]
    reports:
      junit: report/junit.xml
      metrics: metrics.txt
`;
}
