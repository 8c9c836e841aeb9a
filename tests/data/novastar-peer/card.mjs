// A sending card that speaks with the packets of @novastar/codec. Prints its port.
import { createServer } from 'net';
import { Packet } from '@novastar/codec';

const memory = new Map();
const put = (device, address, ...bytes) => bytes.forEach((b, i) => memory.set(`${device}:${address + i}`, b));
put(0, 0x02, 0x01, 0x11);
put(0, 0x04100004, 4, 3, 0, 0);
put(0, 0x02100006, 128, 0, 64, 0);
put(0, 0x02000017, 1);
put(0, 0x0200004d, 2);
put(0, 0x02000023, 0x58);
put(0, 0x0200001e, 0x08);
put(0, 0x0200000f, 0x38, 0x80);
put(1, 0x02000001, 0x80);
put(1, 0x02000100, 0, 0, 0);
for (let i = 0; i < 0x100; i += 1) put(1, 0x0a000000 + i, 0);
put(1, 0x0a000000, 0x80, 0x48);
put(1, 0x0a000003, 0xb1);

const answer = request => {
  const places = [...Array(request.length)].map((_, i) => `${request.deviceType}:${request.address + i}`);
  const reply = new Packet(Packet.baseSize + (request.io ? 0 : request.length));
  reply.head = 0x55aa;
  reply.serno = request.serno;
  reply.source = request.destination;
  reply.destination = request.source;
  reply.deviceType = request.deviceType;
  reply.port = request.port;
  reply.rcvIndex = request.rcvIndex;
  reply.io = request.io;
  reply.address = request.address;
  reply.length = request.io ? 0 : request.length;
  if (!places.every(place => memory.has(place))) reply.ack = 4;
  else if (request.io) places.forEach((place, i) => memory.set(place, request.data[i]));
  else places.forEach((place, i) => { reply.data[i] = memory.get(place); });
  Packet.crc(reply, true);
  return Packet.raw(reply);
};

createServer(socket => {
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', chunk => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= Packet.baseSize) {
      const size = Packet.baseSize + (rest[10] ? rest.readUInt16LE(16) : 0);
      if (rest.length < size) return;
      const request = new Packet(rest.subarray(0, size));
      rest = rest.subarray(size);
      if (request.head !== 0xaa55 || Packet.crc(request) !== request.crc) throw new Error('damaged');
      const bytes = answer(request);
      socket.write(bytes.subarray(0, 7)); // in two pieces, as a serial line does
      setImmediate(() => socket.write(bytes.subarray(7)));
    }
  });
}).listen(0, '127.0.0.1', function listening() { console.log(this.address().port); });
