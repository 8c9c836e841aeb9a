// Asks the card at a port with the connection of @novastar/codec. Prints what it read, as JSON.
import { createConnection } from 'net';
import { Connection, Request } from '@novastar/codec';

const socket = createConnection(Number(process.argv[2]), '127.0.0.1');
const connection = new Connection(socket, false, 5000);
const read = async (deviceType, address, length) => {
  const request = new Request(length);
  Object.assign(request, { destination: 0, deviceType, address });
  return [...(await connection.send(request)).data];
};
socket.on('connect', async () => {
  connection.open();
  const write = new Request([51]);
  Object.assign(write, { destination: 0, deviceType: 1, port: 0xff, rcvIndex: 0xffff, address: 0x02000001 });
  await connection.send(write);
  console.log(JSON.stringify({
    model: await read(0, 0x02, 2),
    video: await read(0, 0x02000017, 1),
    brightness: await read(1, 0x02000001, 1),
    monitoring: (await read(1, 0x0a000000, 0x100)).slice(0, 4),
  }));
  connection.close();
  socket.destroy();
});
