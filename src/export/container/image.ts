/** Node as the image has it, by version; the bytes are pinned by who builds it, as the file says. */
const NODE_IMAGE = 'node:24.21.0-bookworm-slim';

/** What a service of Kubernetes may be called (RFC 1035), made of the name of a model. */
export function serviceName(model: string): string {
  const name = model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '');
  return /^[a-z]/.test(name) ? name : `model-${name}`.replace(/-$/, '');
}

/** What the image of a version is called. */
export const imageName = (model: string, version: number) => `${serviceName(model)}:${version}`;

/** A string of a Dockerfile, in which nothing is taken for a variable. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('$', '\\$');

/** The Dockerfile of a version: files and Node, no shell script, nothing installed. */
export const dockerfile = (model: string, version: number, tool: string) => `\
# ${model}@${version}, served by maas ${tool}:  docker build -t ${imageName(model, version)} .
#
# The tag names a version of Node, and may still be built anew. To pin the very bytes, ask for their digest
#   docker buildx imagetools inspect ${NODE_IMAGE} --format '{{.Manifest.Digest}}'
# and build with  --build-arg NODE_IMAGE=${NODE_IMAGE}@sha256:…
ARG NODE_IMAGE=${NODE_IMAGE}
FROM \${NODE_IMAGE}

# what installs packages is of no use here
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* /usr/local/bin/npm /usr/local/bin/npx \\
    /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /usr/local/bin/docker-entrypoint.sh

LABEL org.opencontainers.image.title=${quoted(model)} \\
      org.opencontainers.image.version="${version}" \\
      com.amazonaws.sagemaker.capabilities.accept-bind-to-port="true"

WORKDIR /app
COPY --chmod=755 server ./server
COPY --chmod=755 model ./model

ENV NODE_ENV=production
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["node", "/app/server/health.js"]
# flags of \`maas serve\` may follow; SageMaker gives \`serve\`
ENTRYPOINT ["node", "/app/server/server.js"]
CMD ["serve"]
`;

/** The image is made of two folders alone. */
export const dockerignore = `\
*
!server
!model
`;
