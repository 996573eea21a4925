/** How the learning rate goes on after the warm-up: its factor, `progress` being the share of the steps that are done. */
const schedules = {
  constant: () => 1,
  /** Half a cosine down to 0 (Loshchilov & Hutter 2017, without restarts). */
  cosine: (progress: number) => (1 + Math.cos(Math.PI * progress)) / 2,
  linear: (progress: number) => 1 - progress,
  /** Falls by half where the watched metric stands still; that is the loop's affair. */
  plateau: () => 1,
} as const satisfies Record<string, (progress: number) => number>;

export type ScheduleName = keyof typeof schedules;
export const scheduleNames = Object.keys(schedules) as ScheduleName[];

/**
 * The factor of the learning rate at a step, from 0 on. It rises evenly over the first `warmup` share of all steps,
 * then follows the schedule.
 */
export function learningRateFactor(name: ScheduleName, step: number, steps: number, warmup: number): number {
  const warm = Math.round(warmup * steps);
  if (step < warm) return (step + 1) / warm;
  return schedules[name]((step - warm) / Math.max(1, steps - warm));
}
