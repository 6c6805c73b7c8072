/* ---- a model named by a query: src/pg/model_from_query.c ---- */

/* unsafe in parallel: the query may be anything */
CREATE FUNCTION model_from_query(query text) RETURNS conv1d_model
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION model_from_query(text) IS
	'the one model that a query returns, for CALL and EXECUTE, which take no sub-select';
