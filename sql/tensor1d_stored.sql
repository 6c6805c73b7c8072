--
-- tensor1d: values on disk that are not what they should be
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS conv1d;
RESET client_min_messages;
\a \t on

-- what a statement is refused with: SQLSTATE, message, detail, hint
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', sqlstate || ': ' || message, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END $$;

-- A superuser can let any bytes pass for a stored value: as if the disk had lied.
-- (length word), version, rank, two bytes of flags, then int32 dimensions, then floats
BEGIN;
CREATE CAST (bytea AS tensor1d) WITHOUT FUNCTION;
SELECT '\x01010000020000000000803f00000040'::bytea::tensor1d, shape('\x01010000020000000000803f00000040'::bytea::tensor1d);
SELECT pg_temp.refusal(format('SELECT %L::bytea::tensor1d::text', b)) FROM unnest(ARRAY[
	'\x', '\x01', '\x0101', '\x01010000', '\x0101000001', '\x0101000001000000',
	'\x00010000010000000000803f', '\x02010000010000000000803f', '\xff010000010000000000803f',
	'\x01000000010000000000803f', '\x01050000010000000000803f', '\x01ff0000010000000000803f', '\x01040000010000000100000001000000',
	'\x01010100010000000000803f', '\x01010080010000000000803f',
	'\x01010000000000000000803f', '\x01010000ffffffff0000803f', '\x01010000ffffff7f0000803f', '\x01010000020000000000803f', '\x010100000100000000', '\x01010000010000000000803f00',
	'\x01020000000001000000010000000000', '\x01040000ffffff7fffffff7fffffff7fffffff7f0000803f']) b;

-- 50000 values with bytes of their header changed, cut or longer than they say, each
-- through every way to read one: an answer, or one of two errors
DO $$
DECLARE
	seeds bytea[] := ARRAY['\x01010000020000000000803f00000040', '\x0102000002000000010000000000803f00000040', '\x0103000001000000010000000100000000004040', '\x010400000100000001000000010000000200000000004040000080bf'];
	state bigint := 77;
	bytes bytea;
	x tensor1d;
	counts int[] := '{0,0,0}';
BEGIN
	FOR i IN 1 .. 50000 LOOP
		state := (state * 1103515245 + 12345) % 2147483648;
		bytes := seeds[1 + (state / 65536) % 4];
		FOR change IN 1 .. 1 + (state / 1024) % 2 LOOP
			state := (state * 1103515245 + 12345) % 2147483648;
			bytes := set_byte(bytes, ((state / 65536) % length(bytes))::int, (ARRAY[0, 1, 2, 3, 4, 5, 127, 128, 255])[1 + (state / 256) % 9]);
		END LOOP;
		IF i % 7 = 0 THEN
			bytes := substr(bytes, 1, ((state / 4096) % length(bytes))::int) || '\x00'::bytea;
		ELSIF i % 11 = 0 THEN
			bytes := bytes || repeat('x', 200)::bytea;
		END IF;
		x := bytes::tensor1d;
		BEGIN
			CASE i % 14
				WHEN 0 THEN PERFORM x::text;
				WHEN 1 THEN PERFORM shape(x);
				WHEN 2 THEN PERFORM tensor1d_send(x);
				WHEN 3 THEN PERFORM slice(x, 1, 1);
				WHEN 4 THEN PERFORM element(x, VARIADIC array_fill(1, ARRAY[cardinality(shape(x))]));
				WHEN 5 THEN PERFORM x = x, tensor1d_hash(x);
				WHEN 6 THEN PERFORM x * 2 + x;
				WHEN 7 THEN PERFORM x::real[], x::jsonb;
				WHEN 8 THEN PERFORM mean(x), sparkline(x), has_nan(x);
				WHEN 9 THEN PERFORM reshape(x, -1), permute(reshape(x, -1, 1), 2, 1);
				WHEN 10 THEN PERFORM sum(x), max(x) FROM generate_series(1, 2);
				WHEN 11 THEN PERFORM tensor1d_agg(reshape(x, -1)) FROM generate_series(1, 2);
				WHEN 12 THEN PERFORM count(*) FROM windows(x, 1);
				ELSE PERFORM plot_svg(x, x), concat_channels(x, x), x || x;
			END CASE;
			counts[1] := counts[1] + 1;
		EXCEPTION
			WHEN data_corrupted THEN counts[2] := counts[2] + 1;
			WHEN feature_not_supported THEN counts[3] := counts[3] + 1;
			WHEN numeric_value_out_of_range OR invalid_parameter_value THEN counts[1] := counts[1] + 1;
		END;
	END LOOP;
	RAISE NOTICE '% read, % corrupt, % of another version', counts[1], counts[2], counts[3];
END $$;
ROLLBACK;
SELECT 'alive';
