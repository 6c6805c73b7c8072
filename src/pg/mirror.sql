/* ---- a decoder for an encoder: src/pg/mirror.c ---- */

CREATE FUNCTION mirror_decoder(input_shape int[], layers jsonb,
	OUT "position" int, OUT class_name text, OUT config jsonb) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION mirror_decoder(int[], jsonb) IS
	'layers that lead from the output of an encoder back to its input_shape exactly; a notice says for which other inputs they do';
