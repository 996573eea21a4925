import { stringify } from 'yaml';
import { imageName, serviceName } from './image.js';

const PORT = 8080;

/** Who runs the image, and what it may do: nothing but answer. Said of the container, since Knative takes it there alone. */
const securityContext = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** What a version takes: Node, and its files some times over while they are read. */
function resources(bytes: number) {
  const mebibytes = (least: number) => `${64 * Math.ceil((least + (6 * bytes) / 2 ** 20) / 64)}Mi`;
  return { requests: { cpu: '250m', memory: mebibytes(128) }, limits: { memory: mebibytes(384) } };
}

const probe = (path: string, periodSeconds: number, failureThreshold = 3) => ({
  httpGet: { path, port: PORT },
  periodSeconds,
  timeoutSeconds: 2,
  failureThreshold,
});

const containerOf = (model: string, version: number, bytes: number) => ({
  image: imageName(model, version),
  resources: resources(bytes),
  livenessProbe: probe('/livez', 10),
  readinessProbe: probe('/readyz', 5),
  securityContext,
});

const documents = (about: string, all: object[]) =>
  `${about}${all.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n')}`;

const about = (image: string, file: string) =>
  `# Push the image where the cluster finds it, name it below in the place of ${image}, then:  kubectl apply -f ${file}\n`;

/** Deployment, Service and HorizontalPodAutoscaler. `bytes` is what the files of the version take. */
export function kubernetes(model: string, version: number, bytes: number): string {
  const name = serviceName(model);
  const selector = { 'app.kubernetes.io/name': name };
  const labels = { ...selector, 'app.kubernetes.io/version': String(version) };
  const metadata = { name, labels };
  const { image, ...container } = containerOf(model, version, bytes);
  const pod = {
    automountServiceAccountToken: false,
    // requests under way may take 30 s
    terminationGracePeriodSeconds: 45,
    containers: [
      {
        name: 'server',
        image,
        ports: [{ name: 'http', containerPort: PORT }],
        ...container,
        startupProbe: probe('/readyz', 1, 120),
        // until nobody is sent here any more
        lifecycle: { preStop: { exec: { command: ['node', '-e', 'setTimeout(() => {}, 5000)'] } } },
      },
    ],
  };
  return documents(about(image, 'kubernetes.yaml'), [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      // the autoscaler says how many
      spec: { selector: { matchLabels: selector }, template: { metadata: { labels }, spec: pod } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 2,
        maxReplicas: 8,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
    },
  ]);
}

/** An InferenceService of KServe, asked by the Open Inference Protocol, version 2. */
export function kserve(model: string, version: number, bytes: number): string {
  const { image, ...container } = containerOf(model, version, bytes);
  return documents(about(image, 'kserve.yaml'), [
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: serviceName(model) },
      spec: {
        predictor: {
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'kserve-container',
              image,
              env: [{ name: 'PROTOCOL', value: 'v2' }],
              ports: [{ containerPort: PORT, protocol: 'TCP' }],
              ...container,
            },
          ],
        },
      },
    },
  ]);
}
