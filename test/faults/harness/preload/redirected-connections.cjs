// Loaded into a service before anything else (`node --require`): its connections to a port of this machine go to another
// one, where a proxy waits. Brokers tell clients their own addresses, so a proxy before one client only has no other way.
const net = require('node:net');

const redirected = new Map(Object.entries(JSON.parse(process.env.FAULT_TEST_REDIRECTED_PORTS)));
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...options) {
  // `net.connect` hands over its arguments as one list, the options first.
  const target = Array.isArray(options[0]) ? options[0][0] : options[0];
  const port = redirected.get(String(target?.port));
  if (port !== undefined) target.port = port;
  return connect.apply(this, options);
};
