async function send(): Promise<void> {}

export function forgotten(): void {
  send();
}

export function misused(): void {
  [1].forEach(async () => {
    await send();
  });
}

export async function pointless(): Promise<number> {
  return await (1 as number);
}

export function swallowed(): Promise<void> {
  return Promise.reject('text is no error');
}
