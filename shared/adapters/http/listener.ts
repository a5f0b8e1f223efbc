/**
 * Owns: Node's HTTP server under Fastify: plain HTTP/1.1, or TLS with HTTP/1.1 and HTTP/2 by ALPN;
 * limits of headers, time and connections. Does not own: bodies (services/collector), routes.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TlsMaterial } from './tls.ts';

export interface ListenerLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** All headers of a request must have come by then, from the connection's first byte on. */
  readonly headersTimeoutMs: number;
  /** The whole request must have come by then; the routes have shorter limits for bodies. */
  readonly requestTimeoutMs: number;
  /** Longer than senders keep a connection idle (apiserver: 90 s): who closes first may lose a request. */
  readonly keepAliveTimeoutMs: number;
  /** When it stops, connections that have not ended by then are cut. */
  readonly shutdownGraceMs: number;
}

export const DEFAULT_LIMITS = {
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 75_000,
  keepAliveTimeoutMs: 120_000,
  shutdownGraceMs: 10_000,
} as const;

const CHECK_INTERVAL_MS = 1_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Node would go on without the rest of them. */
export const MAX_HEADERS = 100;
/** Streams of one HTTP/2 connection at a time. */
const MAX_STREAMS = 128;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers what has more headers than are looked at. */
function withFewHeaders(handler: Handler): Handler {
  return (request, response) => {
    if (request.rawHeaders.length <= 2 * MAX_HEADERS) return handler(request, response);
    request.resume();
    response.writeHead(431, { 'content-type': 'application/json' });
    response.end('{"error":"Too many headers"}');
  };
}

/**
 * Closes connections beyond what one address may have; `maxConnections` bounds all together.
 * Gives those that there are.
 */
function limitConnections(
  server: Server | Http2SecureServer,
  limits: ListenerLimits,
  refused: () => void,
): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  server.maxConnections = limits.maxConnections;
  server.on('drop', refused);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (counts.get(address) ?? 1) - 1;
      if (left === 0) counts.delete(address);
      else counts.set(address, left);
    });
    if (count <= limits.maxConnectionsPerAddress) return;
    refused();
    socket.destroy();
  });
  return sockets;
}

function secure(handler: Handler, limits: ListenerLimits, tls: TlsMaterial): Http2SecureServer {
  const server = createSecureServer(
    {
      ...tls.context,
      allowHTTP1: true,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      // Who has none, or a bad one, is told so by an answer, and may still ask for /livez.
      requestCert: tls.asksClients,
      rejectUnauthorized: false,
      maxHeaderListPairs: MAX_HEADERS,
      settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADER_BYTES },
    },
    handler as unknown as Parameters<typeof createSecureServer>[1],
  );
  server.on('session', (session: ServerHttp2Session) => {
    session.setTimeout(limits.keepAliveTimeoutMs, () => session.close());
  });
  // Of its HTTP/1.1 half; the options of createSecureServer have no place for them.
  Object.assign(server, {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  return server;
}

function plain(handler: Handler, limits: ListenerLimits): Server {
  return createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    handler,
  );
}

export interface Listener {
  readonly server: Server;
  /**
   * The server is about to close, which waits for connections: HTTP/2 ones are told that no new
   * streams come, and who has not ended after a while is cut. Node's own limits of time end here.
   */
  wind(): void;
}

/** `refused` is called for each connection that was one too many. */
export function createListener(
  handler: Handler,
  limits: ListenerLimits,
  tls: TlsMaterial | undefined,
  refused: () => void,
): Listener {
  const guarded = withFewHeaders(handler);
  const server = tls === undefined ? plain(guarded, limits) : secure(guarded, limits, tls);
  const sockets = limitConnections(server, limits, refused);
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  // Fastify knows both kinds of servers, but its types only one at a time.
  return {
    server: server as Server,
    wind() {
      for (const session of sessions) session.close();
      const cut = (): void => {
        for (const socket of sockets) socket.destroy();
      };
      const timer = setTimeout(cut, limits.shutdownGraceMs).unref();
      server.once('close', () => clearTimeout(timer));
    },
  };
}
