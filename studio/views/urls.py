"""Addresses of making."""

from django.urls import path

from studio.views import accounts, desk, generations, hooks, prompts, tokens, uploads

urlpatterns = [
    path("sign-in/", accounts.sign_in, name="sign_in"),
    path("sign-out/", accounts.sign_out, name="sign_out"),
    path("settings/", accounts.settings_page, name="settings_page"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("p/<slug:project_slug>/people/", accounts.people, name="people"),
    path("p/<slug:project_slug>/prompts/", prompts.prompts, name="prompts"),
    path("p/<slug:project_slug>/prompts/new/", desk.prompt_new, name="prompt_new"),
    path("p/<slug:project_slug>/prompts/cost/", desk.prompt_cost, name="prompt_cost"),
    path("p/<slug:project_slug>/prompts/<int:pk>/", prompts.prompt_record, name="prompt_record"),
    path("p/<slug:project_slug>/prompts/<int:pk>/revise/", desk.prompt_revise, name="prompt_revise"),
    path("p/<slug:project_slug>/prompts/<int:pk>/generate/", prompts.prompt_generate, name="prompt_generate"),
    path("p/<slug:project_slug>/generations/<int:pk>/", generations.generation, name="generation"),
    path("p/<slug:project_slug>/generations/<int:pk>/cancel/", generations.generation_cancel, name="generation_cancel"),
    path("p/<slug:project_slug>/generations/<int:pk>/ask/", generations.generation_ask, name="generation_ask"),
    path("p/<slug:project_slug>/generations/<int:pk>/settle/", generations.generation_settle, name="generation_settle"),
    path("p/<slug:project_slug>/generations/<int:pk>/adopt/", generations.generation_adopt, name="generation_adopt"),
    path("hooks/<slug:provider>/", hooks.account_hook, name="account_hook"),
    path("hooks/<slug:provider>/<slug:token>/", hooks.job_hook, name="job_hook"),
    path("p/<slug:project_slug>/upload/", uploads.upload, name="upload"),
]
