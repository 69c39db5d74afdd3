// Ready or not, by the service's own word: the container's health, and what `docker compose up --wait` waits for.
const response = await fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).catch(() => null);
process.exit(response?.ok ? 0 : 1);
