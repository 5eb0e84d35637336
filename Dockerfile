# Builds the binary; the image that stays holds it and nothing of what built it.
FROM oven/bun:1.4.5 AS build
WORKDIR /src
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
COPY . .
RUN bun scripts/build.ts

FROM debian:12-slim
RUN useradd --system --uid 65532 --home-dir /data --shell /usr/sbin/nologin muster \
  && install --directory --owner muster --mode 0700 /data
COPY --from=build /src/dist/muster /usr/local/bin/muster
USER muster
WORKDIR /data
ENV MUSTER_HOST=0.0.0.0 MUSTER_PORT=8080 MUSTER_DATA_DIR=/data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["muster"]
CMD ["serve"]
