// A process of its own, so that it outlives a kill of the app; it ends with the playground that started it.
import { createRedisMock } from 'js-redis-server';

const server = await createRedisMock();
process.send?.(`redis://${server.host}:${server.port}`);
// It keeps nothing, so there is nothing to close in good order.
const end = () => process.exit(0);
process.on('disconnect', end);
process.on('SIGTERM', end);
process.on('SIGINT', () => {});
