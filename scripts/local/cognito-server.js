// The process of the Cognito emulator, which keeps its data under the current directory. It ends when its parent goes.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));

await import('cognito-local/lib/bin/start.js');
