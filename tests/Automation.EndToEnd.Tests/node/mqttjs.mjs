// MQTT.js against the broker: node mqttjs.mjs URL VERSION. Prints "ok" and exits 0, or says what went wrong and exits 1.
import { connectAsync } from 'mqtt';

const [url, version] = process.argv.slice(2);
const protocolVersion = Number(version);
const fail = (what) => { console.error(what); process.exit(1); };
setTimeout(() => fail('out of time'), 80000).unref();

const seen = [];
const watcher = await connectAsync(url, { protocolVersion, clientId: `watch-${version}`, reconnectPeriod: 0 });
watcher.on('message', (topic, payload, packet) => seen.push({ topic, text: payload.toString(), qos: packet.qos, retain: packet.retain, properties: packet.properties }));
await watcher.subscribeAsync('js/#', { qos: 2 });

const client = await connectAsync(url, { protocolVersion, clientId: `js-${version}`, reconnectPeriod: 0, will: { topic: 'js/will', payload: 'gone', qos: 1 } });
for (const qos of [0, 1, 2]) await client.publishAsync(`js/${qos}`, `m${qos}`, { qos, properties: protocolVersion === 5 ? { userProperties: { k: 'v' } } : undefined });
await client.publishAsync('js/kept', 'x'.repeat(100000), { qos: 1, retain: true });
client.stream.destroy(); // Without DISCONNECT: the will goes out.

while (seen.length < 5) await new Promise((resolve) => setTimeout(resolve, 10));
const late = await connectAsync(url, { protocolVersion, clientId: `late-${version}`, reconnectPeriod: 0 });
const kept = new Promise((resolve) => late.once('message', (topic, payload, packet) => resolve(packet)));
await late.subscribeAsync('js/kept');
const packet = await kept;
if (!packet.retain || packet.payload.length !== 100000) fail('the retained message is not what was kept');
await late.publishAsync('js/kept', '', { retain: true });

for (const qos of [0, 1, 2]) {
  const got = seen.find((m) => m.topic === `js/${qos}`);
  if (!got || got.qos !== qos || got.text !== `m${qos}`) fail(`QoS ${qos}: ${JSON.stringify(got)}`);
  if (protocolVersion === 5 && got.properties?.userProperties?.k !== 'v') fail('the user property is lost');
}
if (!seen.some((m) => m.topic === 'js/will' && m.text === 'gone')) fail('the will did not come');
await late.endAsync();
await watcher.endAsync();
console.log('ok');
process.exit(0);
