/* ---- about the build: src/pg/module.c ---- */

/* not immutable: it tells of this backend; restricted for the same reason */
CREATE FUNCTION conv1d_build_info(OUT name text, OUT value text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL RESTRICTED COST 100 ROWS 10;
COMMENT ON FUNCTION conv1d_build_info() IS
	'version, instruction set and threads in use, limits, and what this session keeps in its plan cache';
