import { MaasError } from '../../errors.js';
import { version } from '../../version.js';
import {
  type Attribute,
  attributeTypes,
  BOOL,
  type Constant,
  DOUBLE,
  encodeModel,
  FLOAT,
  type GraphProto,
  INT32,
  INT64,
  type Node,
  STRING,
  type ValueInfo,
} from './schema.js';

/** The operators are those of ONNX 1.15, which ONNX Runtime knows since 1.17. */
const OPSET = 20;
const IR_VERSION = 9;

/** Where ONNX Runtime's own operators are. */
const CONTRIB = 'com.microsoft';

/** Bytes that a file of protocol buffers may have, but for what is not an array. */
const MOST_BYTES = 2 ** 31 - 2 ** 24;

/** The name of a value in a graph. */
export type Value = string;

type AttributeValue = number | string | readonly number[] | readonly string[] | Graph;

/** The numbers by which ONNX knows the types of elements. */
export const elementTypes = {
  float: FLOAT,
  int32: INT32,
  int64: INT64,
  string: STRING,
  bool: BOOL,
  double: DOUBLE,
} as const;
export type ElementType = keyof typeof elementTypes;

/** A graph as it is put together: each operator gives the name of its value, which others take. */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #constants: Constant[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #known: ValueInfo[] = [];
  readonly #domains = new Set(['']);
  #bytes = 0;
  #values = 0;

  /** @param name of the graph; values of one within another have names of their own by it */
  constructor(private readonly name = 'maas') {}

  input(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  /** Makes a value an output of the graph, of this name. */
  output(name: string, value: Value, type: ElementType, dims: readonly (number | string)[]): void {
    this.#node('Identity', [value], {}, [name], '');
    this.#outputs.push(valueInfo(name, type, dims));
  }

  /** One operator with one value. */
  op(opType: string, inputs: readonly Value[], attributes: Record<string, AttributeValue> = {}): Value {
    return this.ops(opType, 1, inputs, attributes)[0]!;
  }

  /** One operator with several values. */
  ops(
    opType: string,
    outputs: number,
    inputs: readonly Value[],
    attributes: Record<string, AttributeValue> = {},
  ): Value[] {
    const values = Array.from({ length: outputs }, () => this.#name(opType));
    this.#node(opType, inputs, attributes, values, '');
    return values;
  }

  /** An operator of ONNX Runtime's own, whose value ONNX has to be told the type of. */
  contrib(
    opType: string,
    inputs: readonly Value[],
    attributes: Record<string, AttributeValue>,
    type: ElementType,
    dims: readonly (number | string)[],
  ): Value {
    const value = this.#name(opType);
    this.#node(opType, inputs, attributes, [value], CONTRIB);
    this.#known.push(valueInfo(value, type, dims));
    return value;
  }

  floats(data: Float32Array, dims: readonly number[]): Value {
    const { buffer, byteOffset, byteLength } = data;
    return this.#constant(FLOAT, dims, { rawData: new Uint8Array(buffer, byteOffset, byteLength) });
  }

  doubles(data: Float64Array, dims: readonly number[]): Value {
    const { buffer, byteOffset, byteLength } = data;
    return this.#constant(DOUBLE, dims, { rawData: new Uint8Array(buffer, byteOffset, byteLength) });
  }

  /** A list of whole numbers, or one number alone. */
  ints(data: readonly number[] | number): Value {
    const list = typeof data === 'number' ? [data] : data;
    const rawData = new Uint8Array(BigInt64Array.from(list.map(BigInt)).buffer);
    return this.#constant(INT64, typeof data === 'number' ? [] : [list.length], { rawData });
  }

  /** A list of texts, or one text alone. */
  strings(data: readonly string[] | string): Value {
    const stringData = typeof data === 'string' ? [data] : data;
    return this.#constant(STRING, typeof data === 'string' ? [] : [stringData.length], { stringData });
  }

  /** The .onnx file. Throws `usage` where it would be larger than the format allows. */
  encode(name: string, metadata: Record<string, string>): Uint8Array {
    if (this.#bytes > MOST_BYTES) {
      throw new MaasError('usage', 'the model holds more than 2 GB of numbers, too many for an ONNX file', {
        hint: 'train with fewer features (--max-features)',
      });
    }
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'maas',
      producerVersion: version,
      docString: `${name}, exported by maas ${version}`,
      graph: this.proto,
      opsetImport: [...this.#domains].map((domain) => ({ domain, version: domain === '' ? OPSET : 1 })),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
  }

  get proto(): GraphProto {
    return {
      name: this.name,
      node: this.#nodes,
      initializer: this.#constants,
      input: this.#inputs,
      output: this.#outputs,
      valueInfo: this.#known,
    };
  }

  #name = (opType: string) => `${this.name}_${opType.toLowerCase()}_${++this.#values}`;

  #constant(
    dataType: number,
    dims: readonly number[],
    data: Pick<Constant, 'rawData' | 'stringData'>,
  ): Value {
    const name = this.#name('constant');
    this.#bytes += data.rawData?.length ?? 0;
    this.#constants.push({ name, dims, dataType, ...data });
    return name;
  }

  #node(
    opType: string,
    input: readonly Value[],
    attributes: Record<string, AttributeValue>,
    output: readonly Value[],
    domain: string,
  ): void {
    this.#domains.add(domain);
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.#nodes.push({ input, output, name: output[0]!, opType, domain, attribute });
  }
}

function attributeOf(name: string, value: AttributeValue): Attribute {
  if (typeof value === 'number') return { name, i: value, type: attributeTypes.INT };
  if (typeof value === 'string') return { name, s: value, type: attributeTypes.STRING };
  if (value instanceof Graph) return { name, g: value.proto, type: attributeTypes.GRAPH };
  if (typeof value[0] === 'string') {
    return { name, strings: value as readonly string[], type: attributeTypes.STRINGS };
  }
  return { name, ints: value as readonly number[], type: attributeTypes.INTS };
}

const valueInfo = (name: string, type: ElementType, dims: readonly (number | string)[]): ValueInfo => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[type],
      shape: { dim: dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) },
    },
  },
});
