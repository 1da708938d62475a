# mock-gateway as an image: the gallery, or whatever is mounted at /scenarios, on port 4010.
#   docker build -t mock-gateway .
#   docker run --rm -p 4010:4010 -v "$PWD/scenarios:/scenarios:ro" mock-gateway
FROM python:3.13-alpine AS build
COPY . /source
RUN python -m venv --without-pip /opt/mock-gateway \
    && python -m pip --python /opt/mock-gateway/bin/python install --no-cache-dir /source

FROM python:3.13-alpine
COPY --from=build /opt/mock-gateway /opt/mock-gateway
ENV PATH=/opt/mock-gateway/bin:$PATH
# `serve` looks for ./scenarios, which is /scenarios here.
WORKDIR /
USER 10001:10001
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ.get(\"MOCK_GATEWAY_PORT\", 4010)}/__admin/health')"]
ENTRYPOINT ["mock-gateway"]
CMD ["serve", "--host", "0.0.0.0"]
