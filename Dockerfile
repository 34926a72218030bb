# What both the build and the operator's tools need.
FROM node:24-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20 AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund && install -d -o node -g node /data
# The authorities of Amazon RDS, which Node does not know. Not pinned: AWS adds to them, and serves the file over TLS.
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem ./rds-ca.pem

# docker build --target tools: the operator's tools, as in docs/operating.md. Not root; writes to /tmp and /data alone.
FROM dependencies AS tools
COPY tsconfig.json schema.graphql ./
COPY src src
COPY scripts scripts
USER node
ENTRYPOINT ["node", "--import", "tsx", "scripts/cruddur.ts"]

# Builds the server and the web client, then keeps what production needs alone; the emulator is an optional dependency.
FROM dependencies AS build
COPY tsconfig.json tsconfig.build.json schema.graphql ./
COPY src src
COPY web web
RUN npm run build && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

# No shell, no package manager, not root. The root file system may be read-only: the worker writes to /data, the API nowhere.
FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
COPY --from=build /app/package.json /app/schema.graphql /app/rds-ca.pem ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build --chown=65532:65532 /data /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["dist/main.js"]
