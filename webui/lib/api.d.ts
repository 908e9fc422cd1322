// Generated from pkg/server/openapi.yaml by `npm run generate`. Do not edit.
// openapi.yaml sha256 a1809606e31b76bd99528703bea2108ede91a6eb5f3e164ff4108d212f526319

export interface paths {
    "/api/v1/openapi.yaml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getSpec"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All pipelines */
        get: operations["listPipelines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pipeline, by name or id */
        get: operations["getPipeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/questions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a question with rows
         * @description Answers one JSON object. With `Accept: text/event-stream` the answer is a stream of events: `step` (Step) for each stage as it ends, then `answer` (Answer) or `error` (Problem). A fault before the first event is answered with its status as problem+json. Closing the request cancels the work.
         */
        post: operations["askQuestion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I */
        get: operations["getSession"];
        put?: never;
        /** Trade the token for a session cookie */
        post: operations["createSession"];
        /** Sign out */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link that signs a browser in, once */
        post: operations["createLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sql": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run one read-only statement */
        post: operations["runSQL"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Health of the stack, pipelines and workers */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All tables with their columns */
        get: operations["listTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tables/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One table */
        get: operations["getTable"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Redeem a one-time code */
        get: operations["redeemCode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Does ClickHouse answer */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Answer: {
            assumptions: string[] | null;
            chart: components["schemas"]["Chart"];
            columns: components["schemas"]["ResultColumn"][] | null;
            /** Format: double */
            confidence: number;
            engine: string;
            interpretation: string;
            notes?: string[] | null;
            params: components["schemas"]["Param"][] | null;
            question: string;
            rows: (unknown[] | null)[] | null;
            sql: string;
            stats: components["schemas"]["Stats"];
            steps?: components["schemas"]["Step"][] | null;
            tables: string[] | null;
            truncated: boolean;
        };
        Batch: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            rows: number;
            /** Format: int64 */
            wait: number;
        };
        Broker: {
            addresses: string[] | null;
            ca_file?: string;
            insecure?: boolean;
            protocol?: string;
            sasl_mechanism?: string;
            sasl_password?: string;
            sasl_user?: string;
        };
        Chart: {
            kind: string;
            series?: string;
            x?: string;
            y?: string[] | null;
        };
        Column: {
            codec?: string;
            comment?: string;
            /** Format: int64 */
            distinct?: number;
            epoch?: string;
            example?: string;
            mixed?: boolean;
            name: string;
            /** Format: double */
            null_share: number;
            path?: string[] | null;
            type: string;
            why?: string;
        };
        Component: {
            address?: string;
            detail?: string;
            health: string;
            name: string;
            /** Format: int64 */
            pid?: number;
            /** Format: int64 */
            restarts?: number;
            /** Format: int64 */
            rss_bytes?: number;
            /** Format: date-time */
            started?: string;
            version?: string;
        };
        FieldError: {
            location?: string;
            message: string;
        };
        Link: {
            /** Format: date-time */
            expires: string;
            /** @description Open it in a browser; it works once. */
            url: string;
        };
        PagePipeline: {
            items: components["schemas"]["Pipeline"][];
            /** @description Pass it as cursor to get the next page; absent on the last one. */
            next_cursor?: string;
        };
        PageTable: {
            items: components["schemas"]["Table"][];
            /** @description Pass it as cursor to get the next page; absent on the last one. */
            next_cursor?: string;
        };
        Param: {
            name: string;
            type: string;
            value: string;
        };
        PartitionStatus: {
            /** Format: int64 */
            end: number;
            /** Format: int64 */
            lag: number;
            /** Format: int64 */
            next: number;
            /** Format: int32 */
            partition: number;
            worker: string;
        };
        Pipeline: {
            batch: components["schemas"]["Batch"];
            /** Format: date-time */
            changed: string;
            /** Format: date-time */
            created: string;
            desired: string;
            /** Format: int64 */
            epoch: number;
            id: string;
            name: string;
            on_gap: string;
            schema: components["schemas"]["Schema"];
            source: components["schemas"]["Source"];
            start?: {
                [key: string]: number;
            };
            status: components["schemas"]["PipelineStatus"];
            table: string;
            /** Format: int64 */
            version: number;
        };
        PipelineStatus: {
            /** Format: int64 */
            dead_letters: number;
            hint?: string;
            /** Format: int64 */
            lag: number;
            last_error?: string;
            partitions?: components["schemas"]["PartitionStatus"][] | null;
            /** Format: double */
            rows_per_second: number;
            state: string;
            /** Format: int64 */
            stored: number;
            /** Format: int64 */
            tombstones: number;
            /** Format: date-time */
            updated: string;
        };
        Problem: {
            code: string;
            detail?: string;
            /** @description Which parts of the request do not fit. */
            errors?: components["schemas"]["FieldError"][] | null;
            extra?: {
                [key: string]: unknown;
            };
            hint: string;
            /** @description The path of the request. */
            instance?: string;
            request_id?: string;
            /** Format: int64 */
            status?: number;
            title: string;
            type: string;
        };
        QuestionRequest: {
            /**
             * @description Which engine answers; auto takes the model if one is configured.
             * @enum {string}
             */
            engine?: "auto" | "model" | "offline";
            /**
             * Format: int64
             * @description The most rows of the answer; 0 means 500.
             */
            limit?: number;
            /** @description Overrides the configured model. */
            model?: string;
            /** @description Stop when the statement is written and checked. */
            no_run?: boolean;
            /**
             * @description The question.
             * @example how many flights per month
             */
            question: string;
        };
        ResultColumn: {
            name: string;
            type: string;
        };
        Schema: {
            columns: components["schemas"]["Column"][] | null;
            order_by: string[] | null;
            partition_by?: string;
            time_column?: string;
            /** Format: int64 */
            version: number;
        };
        SessionRequest: {
            /** @description The bearer token. */
            token: string;
        };
        Source: {
            broker: components["schemas"]["Broker"];
            format: string;
            topic: string;
        };
        SQLRequest: {
            /**
             * Format: int64
             * @description The most rows of the result; 0 means 500.
             */
            limit?: number;
            /** @description The values of the {name:Type} placeholders. */
            params?: components["schemas"]["Param"][] | null;
            /** @description One SELECT statement. */
            sql: string;
        };
        Stack: {
            components: components["schemas"]["Component"][] | null;
            data_dir: string;
            target: string;
        };
        Stats: {
            /** Format: int64 */
            bytes_read: number;
            /** Format: double */
            elapsed_ms: number;
            /** Format: int64 */
            rows_read: number;
        };
        Status: {
            health: string;
            pipelines: components["schemas"]["Pipeline"][] | null;
            stack: components["schemas"]["Stack"];
            workers: components["schemas"]["Worker"][] | null;
        };
        Step: {
            /** Format: double */
            elapsed_ms: number;
            name: string;
            summary?: string;
        };
        Table: {
            /** Format: int64 */
            bytes: number;
            columns?: components["schemas"]["Column"][] | null;
            comment?: string;
            database: string;
            ddl?: string;
            engine: string;
            name: string;
            /** Format: int64 */
            rows: number;
            sorting_key?: string[] | null;
        };
        Worker: {
            host: string;
            name: string;
            /** Format: int64 */
            pid: number;
            /** Format: int64 */
            pipelines: number;
            /** Format: int64 */
            rss_bytes: number;
            /** Format: date-time */
            seen: string;
            /** Format: date-time */
            started: string;
            version: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getSpec: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The OpenAPI document */
            200: {
                headers: {
                    "Content-Type"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/openapi+yaml": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPipelines: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before. */
                cursor?: string;
                /** @description The most items to answer with. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PagePipeline"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askQuestion: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/event-stream streams the stages as they end. */
                Accept?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuestionRequest"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        assumptions: string[] | null;
                        chart: components["schemas"]["Chart"];
                        columns: components["schemas"]["ResultColumn"][] | null;
                        /** Format: double */
                        confidence: number;
                        engine: string;
                        interpretation: string;
                        notes?: string[] | null;
                        params: components["schemas"]["Param"][] | null;
                        question: string;
                        rows: (unknown[] | null)[] | null;
                        sql: string;
                        stats: components["schemas"]["Stats"];
                        steps?: components["schemas"]["Step"][] | null;
                        tables: string[] | null;
                        truncated: boolean;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runSQL: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SQLRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answer"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTables: {
        parameters: {
            query?: {
                /** @description next_cursor of the page before. */
                cursor?: string;
                /** @description The most items to answer with. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageTable"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Table"];
                };
            };
            /** @description Error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeemCode: {
        parameters: {
            query?: {
                code?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Signed in, or back to the sign-in page */
            303: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    "Content-Type"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes */
            200: {
                headers: {
                    "Content-Type"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
}
