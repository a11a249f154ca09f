// What the fields of a message become when it is decoded.

import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';
import { ParetoError } from '@pareto/core';

/** The part of a message type that determines what its fields become. */
export interface MessageShape {
  /** Fields that are messages. */
  readonly messages: ReadonlyMap<number, () => MessageShape>;
  /** Repeated fields of varints, which may be packed. */
  readonly packed: ReadonlySet<number>;
  readonly texts: ReadonlySet<number>;
  /** Set if the fields are the elements of a tensor, which are not decoded if they are packed. */
  readonly isTensor: boolean;
}

/** The part of a DescriptorProto that is read here. */
interface Descriptor {
  readonly name: string;
  readonly field: readonly {
    readonly number: number;
    readonly label: string;
    readonly type: string;
    readonly typeName: string;
  }[];
  readonly nestedType: readonly Descriptor[];
}

const varints: ReadonlySet<string> = new Set(
  ['BOOL', 'ENUM', 'INT32', 'INT64', 'SINT32', 'SINT64', 'UINT32', 'UINT64'].map((name) => `TYPE_${name}`),
);

/** Returns the shape of a message type of a package, by its name, e.g. `Outer.Inner`. */
export function messageShape(packageName: string, name: string, protos: PackageDefinition): MessageShape {
  const [outer = '', ...inner] = name.split('.');
  let found = (protos[`${packageName}.${outer}`] as MessageTypeDefinition<object, object> | undefined)?.type as
    | Descriptor
    | undefined;
  for (const part of inner) found = found?.nestedType.find((nested) => nested.name === part);
  if (found === undefined) throw new ParetoError('internal', `the proto files do not define ${packageName}.${name}`);
  return shapeOf(found, (typeName) => messageShape(packageName, typeName, protos));
}

function shapeOf({ name, field, nestedType }: Descriptor, find: (typeName: string) => MessageShape): MessageShape {
  const messages = field.filter(({ type }) => type === 'TYPE_MESSAGE');
  const numbers = field.filter(({ label, type }) => label === 'LABEL_REPEATED' && varints.has(type));
  const ofType = (typeName: string): (() => MessageShape) => {
    let shape: MessageShape | undefined;
    const nested = nestedType.find((type) => type.name === typeName);
    return () => (shape ??= nested === undefined ? find(typeName) : shapeOf(nested, find));
  };
  return {
    messages: new Map(messages.map(({ number, typeName }) => [number, ofType(typeName)])),
    packed: new Set(numbers.map(({ number }) => number)),
    texts: new Set(field.filter(({ type }) => type === 'TYPE_STRING').map(({ number }) => number)),
    isTensor: name === 'InferTensorContents',
  };
}
