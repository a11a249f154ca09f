import assert from 'node:assert/strict';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { reflectedDefinition } from '../../src/server/reflection.js';

interface Message {
  readonly name: string;
  readonly field: readonly { readonly name: string; readonly typeName?: string }[];
  readonly nestedType: readonly (Message & { readonly options?: { readonly mapEntry?: boolean } })[];
}

function messages(): Map<string, Message> {
  const found = new Map<string, Message>();
  for (const entry of Object.values(reflectedDefinition())) {
    if (!Array.isArray(entry.fileDescriptorProtos)) continue;
    for (const encoded of entry.fileDescriptorProtos) {
      const file = descriptor.FileDescriptorProto.decode(encoded) as unknown as { messageType: Message[] };
      for (const message of file.messageType) found.set(message.name, message);
    }
  }
  return found;
}

describe('reflection', () => {
  it('returns field names as written in the proto files', () => {
    const names = messages()
      .get('Objective')
      ?.field.map(({ name }) => name);
    assert.deepEqual(names?.slice(0, 3), ['latency_ms', 'min_accuracy', 'max_cost_per_1k']);
  });

  it('returns the names of map entries that strict clients require', () => {
    const demand = messages().get('DemandEntry');
    const entry = demand?.nestedType.find(({ options }) => options?.mapEntry === true);
    assert.equal(entry?.name, 'ItemsByVariantEntry');
    assert.equal(demand?.field.find(({ name }) => name === 'items_by_variant')?.typeName, 'ItemsByVariantEntry');
  });
});
