/* ---- a model on the rows of a table, as a job: src/pg/predict_table.c ---- */

CREATE PROCEDURE predict_table(model conv1d_model, source regclass, target text,
		key name DEFAULT NULL, input name DEFAULT NULL, output name DEFAULT 'output',
		progress text DEFAULT NULL, job text DEFAULT NULL, batch_size integer DEFAULT 0, on_error text DEFAULT 'stop')
	AS 'MODULE_PATHNAME' LANGUAGE C;
COMMENT ON PROCEDURE predict_table(conv1d_model, regclass, text, name, name, name, text, text, integer, text) IS
	'writes the model''s output for each row of source, in the order of key, to target; commits every batch and continues where it stopped';
