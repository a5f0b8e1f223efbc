/**
 * Owns: how many bytes of bodies one process holds at a time. Bytes count when they are there, so
 * that a sender that announces many and sends none takes nothing from others.
 */
export interface Hold {
  /** More bytes, or fewer (below 0: always possible). False: not now, and nothing was taken. */
  grow(bytes: number): boolean;
  /** Gives back all that is still held. */
  release(): void;
}

export interface Budget {
  open(): Hold;
  /** Whether so many can be taken now, if need be after room was made. Takes none. */
  findRoom(bytes: number): boolean;
}

/** `makeRoom` is asked as long as there is none; true: it freed something. */
export function createBudget(maxBytes: number, makeRoom: () => boolean = () => false): Budget {
  let heldBytes = 0;
  const findRoom = (bytes: number): boolean => {
    while (heldBytes + bytes > maxBytes) if (bytes > maxBytes || !makeRoom()) return false;
    return true;
  };
  return {
    findRoom,
    open() {
      let mine = 0;
      return {
        grow(bytes) {
          if (bytes > 0 && !findRoom(bytes)) return false;
          mine += bytes;
          heldBytes += bytes;
          return true;
        },
        release() {
          heldBytes -= mine;
          mine = 0;
        },
      };
    },
  };
}
