# syntax=docker/dockerfile:1
FROM rust:1.95.0-slim-bookworm AS builder
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY Cargo.toml Cargo.lock build.rs ./
COPY crates ./crates
COPY terminology ./terminology
COPY cards ./cards
COPY fhir-fixtures ./fhir-fixtures
COPY openapi.yaml ./
COPY benches ./benches
COPY tests ./tests
COPY src ./src
RUN cargo build --release --locked --bin opioid-cds

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="opioid-cds" \
      org.opencontainers.image.description="Opioid-safety decision support over CDS Hooks" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY NOTICE /usr/share/doc/opioid-cds/NOTICE
COPY --from=builder /build/target/release/opioid-cds /usr/local/bin/opioid-cds
# 65532 is nonroot of the base image, by number so that a cluster can see that it is not root.
USER 65532:65532
ENV OPIOID_CDS_LISTEN=0.0.0.0:8080 \
    OPIOID_CDS_MANAGEMENT_LISTEN=0.0.0.0:9090 \
    OPIOID_CDS_PLAIN_HTTP=true \
    OPIOID_CDS_LOG_FORMAT=json
EXPOSE 8080 9090
HEALTHCHECK --interval=10s --timeout=4s --start-period=5s --retries=3 \
    CMD ["/usr/local/bin/opioid-cds", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/opioid-cds"]
CMD ["serve"]
