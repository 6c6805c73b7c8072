-- src/pg/tensor_plot.sql: charts

CREATE FUNCTION plot_svg(VARIADIC x tensor1d[]) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;

COMMENT ON FUNCTION plot_svg(tensor1d[]) IS 'an SVG line chart of (L,C) tensors, one line a channel';
