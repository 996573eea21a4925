/** JSON Schemas of what several protocols take and give. */
export const text = { type: 'string', description: 'a text to classify' } as const;
export const texts = {
  type: 'array',
  items: text,
  minItems: 1,
  description: 'texts to classify, answered in their order',
} as const;
export const explain = {
  anyOf: [{ type: 'boolean' }, { type: 'string' }],
  description:
    'say what each word contributes: to the predicted class (true), or to the class of this name; of one text',
} as const;
export const model = {
  type: 'string',
  minLength: 1,
  description: 'what to ask, such as reviews, reviews@7 or reviews@champion',
} as const;
export const probability = { type: 'number', minimum: 0, maximum: 1 } as const;
export const topK = {
  type: 'integer',
  minimum: 1,
  description: 'answer with the k most probable classes, best first in `top`',
} as const;

/** What is said of one text. */
export const prediction = {
  type: 'object',
  required: ['label', 'score', 'scores'],
  properties: {
    label: { type: 'string', description: 'the most probable class' },
    score: { ...probability, description: 'its probability' },
    scores: { type: 'object', additionalProperties: probability, description: 'the probability of classes' },
    top: {
      type: 'array',
      items: {
        type: 'object',
        required: ['label', 'score'],
        properties: { label: { type: 'string' }, score: probability },
      },
    },
    explanation: { type: 'object', additionalProperties: true, description: 'what each word contributes' },
  },
} as const;

export const predictions = {
  type: 'object',
  required: ['predictions'],
  properties: { predictions: { type: 'array', items: prediction } },
} as const;

/** What is answered in the place of what was asked for. */
export const failure = {
  type: 'object',
  required: ['error'],
  properties: {
    error: { type: 'string', description: 'one sentence of what was expected and found' },
    request_id: { type: 'string' },
  },
} as const;

/** A body that has exactly one of these. */
export const oneOf = (...names: string[]) => ({
  oneOf: names.map((name) => ({ type: 'object', required: [name] })),
});
