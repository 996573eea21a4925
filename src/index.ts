/** maas as a library: the tasks behind the commands, and the pipeline. It never prints, exits or reads argv. */
export { type ErrorCode, exitCodes, MaasError } from './errors.js';
export type { Slice, SlicedBy } from './metrics/slices.js';
export { type AnyPipeline, AsyncPipeline, loadPipeline, Pipeline, type PipelineState } from './pipeline.js';
export type { Prediction } from './predictions.js';
export type { Listener, Step } from './progress.js';
export { modelHistory, promoteModel, rollbackModel } from './tasks/aliases.js';
export { type CompareOptions, type CompareResult, compareModels } from './tasks/compare.js';
export { type EvaluateOptions, type EvaluateResult, evaluateModel } from './tasks/evaluate.js';
export type { Mistake } from './tasks/examine.js';
export {
  type ExplainedTerms,
  type ExplainOptions,
  type ExplainResult,
  type ExplainTermsOptions,
  explainTerms,
  explainText,
} from './tasks/explain.js';
export { type ExportOptions, type ExportResult, exportModel } from './tasks/export.js';
export type { GateResult } from './tasks/gate-results.js';
export { listModels, showModel } from './tasks/models.js';
export {
  type Answer,
  openModel,
  type PredictedRow,
  type PredictOptions,
  type PredictResult,
  predict,
} from './tasks/predict.js';
export { type PreprocessOptions, type PreprocessResult, preprocess } from './tasks/preprocess.js';
export { presets, resolveSettings } from './tasks/presets.js';
export { type RemovedVersion, removeVersions } from './tasks/remove.js';
export { type ReproduceOptions, type ReproduceResult, reproduceModel } from './tasks/reproduce.js';
export type { TrainSettings } from './tasks/settings.js';
export { type TrainOptions, type TrainResult, train } from './tasks/train.js';
export { type TuneOptions, type TuneResult, tune } from './tasks/tune.js';
export { type VerifiedVersion, type VerifyOptions, type VerifyResult, verifyModels } from './tasks/verify.js';
export { type VerifyExportOptions, type VerifyExportResult, verifyExport } from './tasks/verify-export.js';
