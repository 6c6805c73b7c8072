/* ---- how a model is computed: src/pg/model_plan.c ---- */

/* not immutable: it tells of this machine and of the settings */
CREATE FUNCTION model_plan(model conv1d_model, input_shape int[] = NULL, OUT step int, OUT layers text[],
	OUT kernel text, OUT tile text, OUT output_shape int[], OUT mflop float8, OUT bytes bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION model_plan(conv1d_model, int[]) IS
	'one row a step of a run: the layers it computes together, by which kernel, its arithmetic and the bytes it moves';
