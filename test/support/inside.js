/** Loaded before the program of a process under test: does what the test asks for over its channel. */
const answers = {
  usage() {
    globalThis.gc?.();
    const resources = process.getActiveResourcesInfo();
    return {
      heapBytes: process.memoryUsage().heapUsed,
      externalBytes: process.memoryUsage().external,
      sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
      timers: resources.filter((name) => name === 'Timeout').length,
    };
  },
  throw() {
    setImmediate(() => {
      throw new Error('thrown by the test');
    });
  },
  reject() {
    void Promise.reject(new Error('rejected by the test'));
  },
};

process.on('message', (name) => {
  process.send(answers[name]() ?? null);
});
process.channel?.unref();
