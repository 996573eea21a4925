/** What a user may ask to train on, whether this machine has it or not; `auto` leaves the choice to maas. */
export const deviceChoices = ['auto', 'gpu', 'cuda', 'webgpu', 'native', 'wasm', 'cpu'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];
