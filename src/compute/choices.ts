/** What a user may ask to train on. `auto` is the fastest device that works. */
export const deviceChoices = ['auto', 'gpu', 'cuda', 'webgpu', 'native', 'wasm', 'cpu'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];
