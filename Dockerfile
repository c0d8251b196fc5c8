# Built from the same steps as `make run`. It has never been built where it was written (no container engine there): if it
# fails, the Makefile is right and this file is wrong.
#
#   docker build -t bonafide . && docker run -p 8080:8080 -v bonafide:/data bonafide

FROM golang:1.26-bookworm AS build
COPY --from=node:22-bookworm-slim /usr/local /usr/local/node
ENV PATH=/usr/local/node/bin:$PATH GOFLAGS=-trimpath
WORKDIR /src
COPY . .
RUN scripts/setup.sh && make build assets

FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home bonafide \
 && install --directory --owner=bonafide --group=bonafide --mode=0700 /data
COPY --from=build /src/bin/bonafide /usr/local/bin/bonafide
COPY --from=build /src/lib/bonafide /usr/local/lib/bonafide
USER bonafide
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/bonafide"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--data", "/data"]
