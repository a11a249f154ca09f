// Collects a long text as buffers, since a text in many strings takes several times the memory.

export interface JsonWriter {
  add(text: string): void;
  end(): readonly Buffer[];
}

const bufferLength = 64 * 1024;

export function createJsonWriter(): JsonWriter {
  const buffers: Buffer[] = [];
  let texts: string[] = [];
  let length = 0;
  function flush(): void {
    if (length > 0) buffers.push(Buffer.from(texts.join('')));
    texts = [];
    length = 0;
  }
  return {
    add(text) {
      texts.push(text);
      length += text.length;
      if (length >= bufferLength) flush();
    },
    end() {
      flush();
      return buffers;
    },
  };
}
