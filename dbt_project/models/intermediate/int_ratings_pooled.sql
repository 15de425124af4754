{#
    What an employer's mean rating is drawn towards while there are few of them: Buehlmann and Straub's
    estimators (method of moments of the one-way random effects model, employers being the groups).
        mean = sum x / N;  within = (sum x^2 - sum n m^2) / (N - K)
        between = (sum n m^2 - N mean^2 - (K - 1) within) / (N - sum n^2 / N);  weight = within / between
    over K employers with n ratings of mean m, N ratings in all. No weight where `between` is not above 0:
    the employers then differ by no more than chance, and the mean alone is the best guess for each of them.
#}
with engagements as (
    select engagement_id, employer_id
    from {{ ref('int_engagements_placed') }}
    where approved_at is not null and employer_id is not null
),

reviews as (
    select engagement_id, employer_rating, student_rating
    from {{ ref('int_engagements_reviewed') }}
),

ratings as (
    {% for author in ['employer', 'student'] %}
        select
            '{{ author }}' as author_role,
            engagements.employer_id,
            cast(reviews.{{ author }}_rating as double) as rating
        from engagements
        inner join reviews
            on engagements.engagement_id = reviews.engagement_id
        where reviews.{{ author }}_rating is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

rated_employers as (
    select
        author_role,
        employer_id,
        cast(count(*) as double) as rating_count,
        sum(rating) as rating_sum,
        sum(rating * rating) as square_sum
    from ratings
    group by author_role, employer_id
),

{# Whole numbers add up alike in any order, and so do decimals; other doubles do not. #}
moments as (
    select
        author_role,
        cast(count(*) as double) as employer_count,
        sum(rating_count) as rating_count,
        sum(rating_sum) / sum(rating_count) as rating_mean,
        sum(square_sum) as square_sum,
        cast(
            sum(cast(rating_sum * rating_sum / rating_count as decimal(28, 12)))
            as double
        ) as mean_square_sum,
        sum(rating_count * rating_count) / sum(rating_count) as crowding
    from rated_employers
    group by author_role
),

variances as (
    select
        moments.*,
        (square_sum - mean_square_sum) / nullif(rating_count - employer_count, 0)
            as within_variance
    from moments
),

spreads as (
    select
        variances.*,
        (
            mean_square_sum - rating_count * rating_mean * rating_mean
            - (employer_count - 1) * within_variance
        ) / nullif(rating_count - crowding, 0) as between_variance
    from variances
),

weighted_spreads as (
    select
        author_role,
        rating_mean as prior_mean,
        case when between_variance > 0 then within_variance / between_variance end
            as prior_weight
    from spreads
)

select * from weighted_spreads
