# syntax=docker/dockerfile:1
# The image of Kubarr. bin/plain-image.js does the same steps in a plain folder; a test compares the two.

FROM node:24.21.0-trixie-slim AS build
WORKDIR /kubarr
COPY .npmrc package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json ./
COPY apps apps
COPY libs libs
COPY migrations migrations
COPY bin/bundle.js bin/bundle.js
RUN npm run build
# What runs needs no compiler and no tests.
RUN npm ci --omit=dev --ignore-scripts

# helm and kubectl, from their source: image/tools/go.sum holds the checksum of every module.
FROM --platform=$BUILDPLATFORM golang:1.26-trixie AS tools
ARG TARGETARCH
WORKDIR /tools
COPY image/tools ./
ENV CGO_ENABLED=0 GOFLAGS=-mod=readonly GOTOOLCHAIN=local
RUN GOARCH=$TARGETARCH go build -trimpath -ldflags='-s -w -X helm.sh/helm/v4/internal/version.version=v4.1.4 -X k8s.io/component-base/version.gitVersion=v1.35.1' -o /programs/ helm.sh/helm/v4/cmd/helm ./kubectl

FROM node:24.21.0-trixie-slim
# A name for the user: initdb of the embedded PostgreSQL asks for it.
RUN groupadd --gid 10001 kubarr && useradd --uid 10001 --gid 10001 --home-dir /var/lib/kubarr --shell /usr/sbin/nologin --no-log-init kubarr && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/kubarr && install --directory --owner=10001 --group=10001 /data
COPY --from=tools /programs/ /usr/local/bin/
WORKDIR /kubarr
COPY --from=build /kubarr/package.json ./
COPY --from=build /kubarr/node_modules node_modules
COPY --from=build /kubarr/dist dist
COPY --from=build /kubarr/apps/server/src/pages/assets apps/server/src/pages/assets
COPY LICENSE ./
ARG CHANNEL=dev
ARG COMMIT_HASH=unknown
ARG BUILD_TIME=unknown
ENV NODE_ENV=production
ENV MALLOC_ARENA_MAX=2
ENV NODE_OPTIONS=--max-old-space-size=192
ENV KUBARR_HOST=0.0.0.0
ENV KUBARR_STATE_DIR=/var/lib/kubarr
ENV KUBARR_STORAGE_PATH=/data
ENV CHANNEL=$CHANNEL
ENV COMMIT_HASH=$COMMIT_HASH
ENV BUILD_TIME=$BUILD_TIME
USER 10001:10001
EXPOSE 8000
VOLUME ["/var/lib/kubarr", "/data"]
HEALTHCHECK --interval=20s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:8000/api/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/apps/server/src/main.js"]
CMD ["serve"]
