import protobuf from 'protobufjs/light.js';

// The part of ONNX's protocol buffers (onnx.proto, IR version 9) that a graph of maas has: field numbers are the
// specification's. Texts that ONNX declares as bytes are declared as strings, which are the same on the wire.

export const FLOAT = 1;
export const INT32 = 6;
export const INT64 = 7;
export const STRING = 8;
export const BOOL = 9;
export const DOUBLE = 11;

/** Kinds of attributes, by number. */
export const attributeTypes = { INT: 2, STRING: 3, GRAPH: 5, INTS: 7, STRINGS: 8 } as const;

export interface Attribute {
  name: string;
  i?: number;
  s?: string;
  g?: GraphProto;
  ints?: readonly number[];
  strings?: readonly string[];
  type: number;
}

export interface Node {
  input: readonly string[];
  output: readonly string[];
  name: string;
  opType: string;
  domain?: string;
  attribute: Attribute[];
}

/** A constant: numbers as little-endian bytes, or texts. */
export interface Constant {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData?: Uint8Array;
  stringData?: readonly string[];
}

/** An input or an output: dimensions by size, or by name where they vary. */
export interface ValueInfo {
  name: string;
  type: {
    tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } };
  };
}

export interface GraphProto {
  name: string;
  node: Node[];
  initializer: Constant[];
  input: ValueInfo[];
  output: ValueInfo[];
  /** What is known of other values. */
  valueInfo: ValueInfo[];
}

export interface Model {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  docString: string;
  graph: GraphProto;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
}

type Field = [type: string, id: number, rule?: 'repeated'];

const message = (fields: Record<string, Field>) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [type, id, rule]]) => [
      name,
      rule ? { type, id, rule } : { type, id },
    ]),
  ),
});

const onnx = protobuf.Root.fromJSON({
  nested: {
    AttributeProto: message({
      name: ['string', 1],
      i: ['int64', 3],
      s: ['string', 4],
      g: ['GraphProto', 6],
      ints: ['int64', 8, 'repeated'],
      strings: ['string', 9, 'repeated'],
      type: ['int32', 20],
    }),
    NodeProto: message({
      input: ['string', 1, 'repeated'],
      output: ['string', 2, 'repeated'],
      name: ['string', 3],
      opType: ['string', 4],
      attribute: ['AttributeProto', 5, 'repeated'],
      domain: ['string', 7],
    }),
    TensorProto: message({
      dims: ['int64', 1, 'repeated'],
      dataType: ['int32', 2],
      stringData: ['string', 6, 'repeated'],
      name: ['string', 8],
      rawData: ['bytes', 9],
    }),
    Dimension: message({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
    TensorShapeProto: message({ dim: ['Dimension', 1, 'repeated'] }),
    TensorType: message({ elemType: ['int32', 1], shape: ['TensorShapeProto', 2] }),
    TypeProto: message({ tensorType: ['TensorType', 1] }),
    ValueInfoProto: message({ name: ['string', 1], type: ['TypeProto', 2] }),
    GraphProto: message({
      node: ['NodeProto', 1, 'repeated'],
      name: ['string', 2],
      initializer: ['TensorProto', 5, 'repeated'],
      input: ['ValueInfoProto', 11, 'repeated'],
      output: ['ValueInfoProto', 12, 'repeated'],
      valueInfo: ['ValueInfoProto', 13, 'repeated'],
    }),
    OperatorSetIdProto: message({ domain: ['string', 1], version: ['int64', 2] }),
    StringStringEntryProto: message({ key: ['string', 1], value: ['string', 2] }),
    ModelProto: message({
      irVersion: ['int64', 1],
      producerName: ['string', 2],
      producerVersion: ['string', 3],
      docString: ['string', 6],
      graph: ['GraphProto', 7],
      opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
      metadataProps: ['StringStringEntryProto', 14, 'repeated'],
    }),
  },
});

/** The bytes of an .onnx file. */
export function encodeModel(model: Model): Uint8Array {
  return onnx.lookupType('ModelProto').encode(model).finish();
}
