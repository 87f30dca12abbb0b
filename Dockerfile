# The tool: docker build -t datagouv-tops . && docker run --rm datagouv-tops --help
# The first two stages are the same in airflow/Dockerfile, so that a build of both images runs them once.

# The production dependencies, without the files that Node does not load: types, source maps and the SQLite library for Alpine.
FROM node:26.12.1-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-fund --no-audit --no-update-notifier \
  && find node_modules -type f \( -name '*.ts' -o -name '*.cts' -o -name '*.mts' -o -name '*.map' \) -delete \
  && rm -rf node_modules/@libsql/linux-*-musl

# The package, as npm would install it. A change of the code repeats only the steps from "COPY tsconfig" on. The chmod is for a
# clone that only you can read (umask 077).
FROM node:26.12.1-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-fund --no-audit --no-update-notifier
COPY tsconfig.json tsconfig.build.json vite.config.ts LICENSE ./
COPY scripts scripts
COPY sample sample
COPY assembly assembly
COPY web web
COPY src src
RUN npm run build \
  && npm pack --silent --ignore-scripts \
  && mkdir /package \
  && tar -xzf datagouv-tops-*.tgz -C /package --strip-components=1 \
  && chmod -R a+rX /package

FROM node:26.12.1-bookworm-slim
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules /app/node_modules
COPY --from=build /package /app
# By default, the stores are in this folder, and datagouv-tops.yaml is read from it.
WORKDIR /data
RUN chown node:node /data
USER 1000
EXPOSE 8000
# The page is healthy if the server and both stores answer. The time limit is above the server's own for a store (5 s).
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:8000/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve", "--host", "0.0.0.0"]
