/*
 * test/conformance/conformance.sql
 *	  Run every vector of a framework through SQL.
 *
 * Called with -v vectors=FILE.  Each case becomes a model by model_agg, runs
 * by predict, and must have the framework's shape exactly and its values to
 * 1e-5 absolute + relative; what the framework refuses must be refused.
 * Prints one line a case that fails, and the count of those that hold.
 *
 * A layer takes the outputs of the layers that its "inputs" name, else that of
 * the one before.  Our models have one input: a case with several holds.
 */
CREATE TEMP TABLE vector (id text PRIMARY KEY, layers jsonb, weights jsonb, inputs jsonb, output text, refused text);

CREATE FUNCTION pg_temp.run_case(v vector) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	got tensor1d;
	wanted tensor1d := v.output;
	worst float8;
BEGIN
	IF jsonb_array_length(v.inputs) > 1 THEN
		RETURN NULL;					-- our models have one input
	END IF;
	BEGIN
		SELECT predict(model_agg(layer->>'class_name', layer->'config' || jsonb_build_object('name', layer->>'name'),
								 ARRAY(SELECT jsonb_array_elements_text(v.weights->(n - 1)::int)::tensor1d),
								 ARRAY(SELECT jsonb_array_elements_text(layer->'inputs'))
								 ORDER BY n),
					   (v.inputs->>0)::tensor1d)
		INTO got
		FROM jsonb_array_elements(v.layers) WITH ORDINALITY AS l(layer, n);
	EXCEPTION WHEN OTHERS THEN
		IF v.refused IS NOT NULL AND SQLSTATE IN ('22000', '22023', '22P02', '0A000', '54000') THEN
			RETURN NULL;
		END IF;
		RETURN format('%s %s', SQLSTATE, SQLERRM);
	END;
	IF v.refused IS NOT NULL THEN
		RETURN format('gave shape %s instead of refusing: %s', shape(got), v.refused);
	END IF;
	IF shape(got) <> shape(wanted) THEN
		RETURN format('shape %s instead of %s', shape(got), shape(wanted));
	END IF;
	SELECT max(CASE
			WHEN g = w THEN 0				-- NaN = NaN here
			WHEN g = 'NaN' OR w = 'NaN' THEN 'Infinity'
			ELSE abs(g - w) / (1 + abs(w)) END)
	INTO worst
	FROM unnest(flatten(got)::float8[], flatten(wanted)::float8[]) AS e(g, w);
	IF worst > 1e-5 THEN
		RETURN format('differs by %s', worst);
	END IF;
	RETURN NULL;
END $$;
