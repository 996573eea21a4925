// A bare fastify that answers POST / with the body that it is sent, as JSON: what a request costs before anything is done.
import { fastify } from 'fastify';

const app = fastify();
app.post('/predict', async (request) => request.body);
console.log(await app.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0) }));
