/* ---- a model on the rows of a query: src/pg/predict_query.c ---- */

/*
 * Stable: the query sees the snapshot of the calling statement.  Unsafe in
 * parallel, because the query may be anything.  Not strict, because a null model
 * means that its name was not found.
 */
CREATE FUNCTION predict_query(model conv1d_model, query text, batch_size integer DEFAULT 0) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE COST 1000000 ROWS 10000;
COMMENT ON FUNCTION predict_query(conv1d_model, text, integer) IS
	'the rows of a query whose last column is a tensor, with the model''s output in its place; memory is bounded by work_mem';
